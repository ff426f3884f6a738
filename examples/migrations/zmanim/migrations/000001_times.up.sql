CREATE TABLE times (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shul_id bigint NOT NULL REFERENCES shuls (id),
    at timestamptz NOT NULL
);
ALTER TABLE times ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON times USING (shul_id = current_setting('app.shul_id')::bigint);
GRANT SELECT, INSERT ON times TO zmanim_app;

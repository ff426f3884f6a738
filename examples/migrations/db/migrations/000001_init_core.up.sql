CREATE TABLE shuls (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    legacy_timezone text
);
GRANT SELECT, INSERT, UPDATE ON shuls TO zmanim_app;

CREATE INDEX CONCURRENTLY shuls_name_idx ON shuls (name);

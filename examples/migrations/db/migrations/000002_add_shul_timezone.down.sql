SET lock_timeout = '2s';
ALTER TABLE shuls DROP COLUMN timezone;

INSERT INTO shuls (name, legacy_timezone) VALUES ('Main Street', 'America/New_York');

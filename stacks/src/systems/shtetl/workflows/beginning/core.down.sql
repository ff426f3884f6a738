SET lock_timeout = '2s';

DROP TABLE users;
DROP TABLE shuls;
DROP TABLE organizations;

DROP TABLE shuls;

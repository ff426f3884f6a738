-- Tables that no other service reads.
CREATE SCHEMA zmanim;

-- Tables that no other service reads.
CREATE SCHEMA shul;

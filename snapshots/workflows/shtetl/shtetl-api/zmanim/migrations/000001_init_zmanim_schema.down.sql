DROP SCHEMA zmanim;

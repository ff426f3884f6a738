DROP TABLE times;

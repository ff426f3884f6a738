DROP SCHEMA kehilla;

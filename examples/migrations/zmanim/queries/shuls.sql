-- name: GetShul :one
SELECT id, name, legacy_timezone FROM shuls WHERE id = @id;

-- name: AddShul :one
INSERT INTO shuls (name, legacy_timezone) VALUES (@name, @timezone) RETURNING id;

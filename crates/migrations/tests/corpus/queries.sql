SELECT id, email, name, age, bio, created_at, seen_at, status, active, score, code, ip, tags FROM users WHERE id = 1
INSERT INTO users (email, name, age) VALUES ('new@example.com', NULL, NULL) RETURNING id, status, created_at
INSERT INTO users (email, name) VALUES ('u1', 'again') ON CONFLICT (email) DO UPDATE SET name = excluded.name RETURNING id
INSERT INTO users (id, email) VALUES (100000, 'with-id@example.com')
INSERT INTO users (email, name, age, code) VALUES ('a-name-that-is-nearly-fifty-characters@example.com', 'n', 20, 'wxyz')
UPDATE users SET status = 'blocked', name = NULL, tags = ARRAY['a'] WHERE id = 2
SELECT count(*) FROM users WHERE status = 'active'
DELETE FROM users WHERE email = 'nulls@example.com'
SELECT id, user_id, total, note, quantity, placed_at FROM orders WHERE user_id = 3
INSERT INTO orders (user_id, note, quantity) VALUES (1, NULL, 2) RETURNING id, total
INSERT INTO orders (total, note, quantity) VALUES (5, 'same', 9999)
INSERT INTO orders (note) VALUES ('o1') ON CONFLICT (note) WHERE note IS NOT NULL DO NOTHING
UPDATE orders SET total = total + 1 WHERE id = 1 RETURNING touched_at
UPDATE orders SET user_id = NULL WHERE id = 5
SELECT id, sku, price FROM shop.items WHERE sku = 's' LIMIT 1
INSERT INTO shop.items (id, sku) VALUES (1000, 's') RETURNING price
SELECT count(*) FROM events WHERE at >= '2025-01-01' HAVING count(*) >= 50
INSERT INTO events VALUES (1, '2025-05-05', '{}')
SELECT count(*) FROM events_old HAVING count(*) >= 50
SELECT id, organization FROM tenants WHERE id = 1
INSERT INTO tenants (id, organization) VALUES (1000, NULL)
SELECT id, body FROM notes WHERE id = 1
INSERT INTO notes (id, owner, body) VALUES (1000, 'o', 'b')
SELECT id, email FROM active_users LIMIT 1
SELECT user_id, total FROM user_totals LIMIT 1
SELECT full_name('a')
SELECT nextval('ticket_seq')
SELECT 'active'::user_status
SELECT id, at, payload FROM events WHERE id = 2
INSERT INTO users (email) VALUES ('u1') ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING

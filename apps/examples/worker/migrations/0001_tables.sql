CREATE TABLE bills (
  bill_no TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  value TEXT NOT NULL,
  pay_time TEXT NOT NULL
);
CREATE TABLE members (user_id TEXT PRIMARY KEY);

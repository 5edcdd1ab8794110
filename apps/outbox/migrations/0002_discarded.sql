-- Spans of revisions that were given up, in JSON: [{"after", "upTo"}]. What was confirmed later has not confirmed these.
ALTER TABLE passes ADD COLUMN discarded TEXT;

-- Up Migration

-- What a file of suppressions says why somebody is in it: its words are kept beside our reason.
alter table suppression_reasons add column note text check (length(note) <= 200);

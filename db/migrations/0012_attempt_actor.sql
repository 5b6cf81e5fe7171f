-- Who asked for a recipient's retry round: the attempts of that round say so. Null in the first round, which the campaign's start began.
alter table recipients add column retried_by text;
alter table campaigns add column retried_by text;

comment on column reporting.attempts.actor is 'Who asked for the retry round that it belongs to; null in the first round.';

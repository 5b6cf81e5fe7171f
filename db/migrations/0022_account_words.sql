-- Up Migration

-- The texts of app/domain/failures.ts; a test compares the two. What was the account's fault is retried without a choice.
insert into failure_labels (code, label, advice, may_pass) values
  ('connection', 'Provider could not be reached', 'No connection to the provider came about, or something on the way answered in its place. Check the network, then retry.', true),
  ('invalid_number', 'Number is not valid', 'The number does not exist, or is a landline. Correct it and send again.', false),
  ('unreachable', 'Phone could not be reached', 'The phone was off or out of reach. Retry later.', true),
  ('credentials', 'Key was refused', 'The provider refused the key. Check it in the settings, then retry.', true),
  ('out_of_credits', 'Out of credits', 'The provider account has no credits left. Top it up, then retry.', true),
  ('trial_account', 'Trial account', 'The provider account is a trial, which sends only to numbers verified there. Upgrade it, or verify the numbers, then retry.', true),
  ('sender_not_registered', 'Sender is not registered', 'Carriers take no messages from this sender before it is registered. Register it at the provider, and send again once it is approved.', false),
  ('sender_not_verified', 'Sender is not verified', 'The provider does not know this sender. Verify it there, then retry.', true),
  ('account_suspended', 'Account is suspended', 'The provider suspended the account. Contact the provider, then retry.', true),
  ('configuration', 'Configuration is wrong', 'The provider did not understand the request. Check sender and base URL, then retry.', true)
on conflict (code) do update set label = excluded.label, advice = excluded.advice, may_pass = excluded.may_pass;

-- Read in payloads and exports too, where nothing is "below".
create or replace function recipients_failed_reason(total integer, sent integer, suppressed integer) returns text
language sql immutable parallel safe as $$
  select (total - suppressed - sent) || ' of ' || (total - suppressed)
    || ' recipients could not be confirmed as sent. A retry sends to those whose failure may pass.'
$$;

comment on column reporting.campaigns.failure_code is 'Why it ended so: recipients_failed, or what stopped it as a whole (credentials, out_of_credits, trial_account, sender_not_verified, sender_not_registered, account_suspended, configuration, content_rejected, provider_unavailable). Null unless failed_at is set.';

-- Secrets may stand encrypted (SECRETS_KEY, which the database never has). An address's mark is made where the key is.
set local lock_timeout = '500ms';
drop function if exists audit_mark(text);
comment on column app_secrets.value is 'A generated secret: "sealed:" and what AES-256-GCM made of it where there is a SECRETS_KEY, else in the clear.';
comment on column webhook_endpoints.secret is 'What signs, encrypted as in app_secrets.';
comment on column webhook_endpoints.former_secret is 'What signed before and signs beside it until former_secret_until; one or two with a blank between, encrypted as in app_secrets.';

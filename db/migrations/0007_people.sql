-- Up Migration

-- Support's search: one address or number in all campaigns, the newest message first. The column's collation is "C", so that a beginning
-- is a range. Neither column changes while a campaign sends, so updates of the ledger stay within their page (HOT).
create index recipients_by_address on recipients (address, id desc);

-- Up Migration

update failure_labels set advice = 'The provider refused the key. Enter the right one under Settings, Providers, then retry.' where code = 'credentials';

-- A provider refuses addresses for more than one reason, and does not say that this one is nobody's.
update failure_labels set label = 'Address was refused',
  advice = 'The provider does not take the address: it is mistyped, or does not exist. Correct it and send again.'
where code = 'invalid_address';

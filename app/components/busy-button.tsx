import { type ComponentPropsWithoutRef, forwardRef } from 'react';

type Props = ComponentPropsWithoutRef<'button'> & { 'data-loading'?: boolean };

/**
 * The element of all buttons. Mantine disables a button while it is busy, and browsers take the focus away from what is disabled: whoever uses a
 * keyboard would stand at the page's beginning after each act. A busy button does nothing, and stays where it is.
 */
export const BusyButton = forwardRef<HTMLButtonElement, Props>(({ disabled, onClick, type = 'button', ...others }, ref) => {
  const busy = Boolean(others['data-loading']);
  return (
    <button
      ref={ref}
      type={type}
      {...others}
      disabled={disabled && !busy}
      aria-disabled={busy || undefined}
      // Also Enter in a field clicks the button that submits.
      onClick={busy ? (event) => event.preventDefault() : onClick}
    />
  );
});
BusyButton.displayName = 'BusyButton';

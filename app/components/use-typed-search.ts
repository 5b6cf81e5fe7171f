import { useDebouncedCallback } from '@mantine/hooks';
import { useSubmit } from '@remix-run/react';
import { useEffect, useRef } from 'react';

const TYPING_PAUSE_MS = 300;

/**
 * A GET form whose search field sends it while one types. The filter lives in the URL, and the form works without scripts.
 *
 * @param q what the URL searches for
 */
export function useTypedSearch(q: string) {
  const submit = useSubmit();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const apply = () => {
    if (form.current) submit(form.current, { replace: true, preventScrollReset: true });
  };
  const applySoon = useDebouncedCallback(apply, TYPING_PAUSE_MS);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for what was typed before the page came to life
  useEffect(() => {
    if (document.activeElement === field.current && field.current?.value !== q) applySoon();
  }, []);
  useEffect(() => {
    // Back and forward change the URL under the field; typing must not be overwritten by its own answer.
    if (field.current && document.activeElement !== field.current) field.current.value = q;
  }, [q]);
  return { form, field, apply, applySoon };
}

import { useEffect, useState } from 'react';
import type { ImportReport } from '#app/domain/contacts/import-report.ts';
import { type ImportOptions, importQuery } from './import-options.ts';

const PREVIEW_BYTES = 256 * 1024;
const PAUSE_MS = 250;

export interface ImportPreview {
  /** The last that could be made. */
  report: ImportReport | null;
  error: string | null;
  loading: boolean;
}

/** Asks the server what the beginning of a file would become, again after each choice: page and API read a file in one way. */
export function useImportPreview(campaignId: number, file: File, options: ImportOptions): ImportPreview {
  const [preview, setPreview] = useState<ImportPreview>({ report: null, error: null, loading: true });
  const whole = file.size <= PREVIEW_BYTES;
  const asked = `${importQuery(file.name, options)}&dry_run=1${whole ? '' : '&sample=1'}`;
  useEffect(() => {
    const abort = new AbortController();
    setPreview((before) => ({ ...before, loading: true }));
    const timer = setTimeout(async () => {
      try {
        const response = await fetch(`/api/v1/campaigns/${campaignId}/recipients?${asked}`, {
          method: 'POST',
          headers: { 'Content-Type': 'text/csv' },
          body: file.slice(0, PREVIEW_BYTES),
          signal: abort.signal,
        });
        const answer = await response.json().catch(() => null);
        if (response.ok) setPreview({ report: answer as ImportReport, error: null, loading: false });
        else {
          const { detail, errors } = (answer ?? {}) as { detail?: string; errors?: { message: string }[] };
          const said = errors?.[0]?.message ?? detail ?? 'The file could not be checked. Try again.';
          setPreview((before) => ({ ...before, error: said, loading: false }));
        }
      } catch {
        if (!abort.signal.aborted)
          setPreview((before) => ({ ...before, error: 'The server could not be reached. Try again when you are online.', loading: false }));
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [campaignId, file, asked]);
  return preview;
}

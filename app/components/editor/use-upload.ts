import { useCallback, useEffect, useRef, useState } from 'react';
import type { ImportReport } from '#app/domain/contacts/import-report.ts';
import type { FieldError } from '#app/domain/problem.ts';
import { type ImportOptions, importQuery } from './import-options.ts';

export type UploadState =
  | { kind: 'idle' }
  /** `share` of the bytes sent, 0 to 1; at 1 the server works on the rest. */
  | { kind: 'sending'; fileName: string; share: number }
  | { kind: 'done'; fileName: string; report: ImportReport }
  | { kind: 'failed'; fileName: string; message: string; errors: FieldError[] };

/**
 * Streams a file to the REST API as it is, whatever its size: the browser reads it from disk while it sends. XMLHttpRequest, since
 * fetch tells nothing of how far an upload is.
 */
export function useUpload(campaignId: number, onDone: () => void) {
  const [state, setState] = useState<UploadState>({ kind: 'idle' });
  const request = useRef<XMLHttpRequest | null>(null);
  useEffect(() => () => request.current?.abort(), []);

  const start = useCallback(
    (file: File, options: ImportOptions) => {
      const query = importQuery(file.name, options);
      const xhr = new XMLHttpRequest();
      request.current = xhr;
      const fail = (message: string, errors: FieldError[] = []) => setState({ kind: 'failed', fileName: file.name, message, errors });
      xhr.upload.onprogress = ({ loaded, total }) =>
        setState({ kind: 'sending', fileName: file.name, share: total > 0 ? loaded / total : 0 });
      xhr.onload = () => {
        const answer = parsed(xhr.responseText);
        if (xhr.status >= 200 && xhr.status < 300) {
          setState({ kind: 'done', fileName: file.name, report: answer as ImportReport });
          onDone();
          return;
        }
        const problem = answer as { detail?: string; errors?: FieldError[] } | null;
        fail(problem?.detail ?? 'The server did not take the file. Nothing was imported; try again.', problem?.errors);
      };
      xhr.onerror = () => fail('The connection was lost, or the file changed while it was read. Nothing was imported; try again.');
      xhr.onabort = () => setState({ kind: 'idle' });
      xhr.open('POST', `/api/v1/campaigns/${campaignId}/recipients?${query}`);
      xhr.setRequestHeader('Content-Type', 'text/csv');
      setState({ kind: 'sending', fileName: file.name, share: 0 });
      xhr.send(file);
    },
    [campaignId, onDone],
  );

  // Leaving the page ends an upload: the browser asks first.
  const sending = state.kind === 'sending' && state.share < 1;
  useEffect(() => {
    if (!sending) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [sending]);

  const cancel = useCallback(() => request.current?.abort(), []);
  const dismiss = useCallback(() => setState({ kind: 'idle' }), []);
  return { state, sending, start, cancel, dismiss };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { Input, Textarea, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react';
import { type ChangeEvent, type CSSProperties, type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react';
import classes from './editor.module.css';
import type { Note } from './readiness.ts';
import { VariablePicker } from './variable-picker.tsx';

interface Props {
  field: 'subject' | 'html' | 'text';
  label: string;
  value: string;
  onChange(value: string): void;
  variables: string[];
  notes: Note[];
  placeholder?: string;
  /** Lines of the field; one line makes it a plain input. */
  rows?: number;
  code?: boolean;
  footer?: ReactNode;
}

/** A field with Liquid in it: variables are put in at the caret, problems stand below it while it is typed. */
export function TemplateField({ field, label, value, onChange, variables, notes, placeholder, rows = 1, code = false, footer }: Props) {
  const input = useRef<HTMLTextAreaElement & HTMLInputElement>(null);

  const insert = (variable: string) => {
    const element = input.current;
    if (!element) return;
    element.focus();
    const start = element.selectionStart ?? value.length;
    const end = element.selectionEnd ?? start;
    // execCommand keeps the browser's undo; where it is gone, the value is set instead.
    const text = `{{ ${variable} }}`;
    if (!document.execCommand('insertText', false, text)) onChange(value.slice(0, start) + text + value.slice(end));
  };

  // That a field is empty is the checklist's to say: nobody is at fault for not having written yet.
  const own = value.trim() === '' ? [] : notes.filter((note) => note.field === field);
  const id = `field-${field}`;
  // HTML on one endless line is easier to read where it wraps.
  const numbered = code && value.includes('\n') && !/[^\n]{400}/.test(value);
  const shared = {
    id,
    name: field,
    value,
    placeholder,
    dir: code ? ('ltr' as const) : ('auto' as const),
    spellCheck: !code,
    error: own.some((note) => note.severity === 'error'),
    'aria-describedby': own.length > 0 ? `${id}-notes` : undefined,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => onChange(event.currentTarget.value),
  };
  return (
    <div>
      <div className={classes.fieldHead}>
        <Input.Label htmlFor={id} fw={500}>
          {label}
        </Input.Label>
        <VariablePicker variables={variables} onPick={insert} field={label} />
      </div>
      {rows === 1 ? (
        <TextInput ref={input} {...shared} />
      ) : (
        <div className={numbered ? classes.numbered : undefined}>
          {numbered && (
            <LineNumbers field={input} text={value} marked={own.filter(({ severity }) => severity === 'error').map(({ line }) => line)} />
          )}
          <Textarea
            ref={input}
            {...shared}
            rows={rows}
            {...(code && { classNames: { input: classes.code } })}
            {...(numbered && { wrap: 'off' })}
            resize="vertical"
          />
        </div>
      )}
      {own.length > 0 && (
        <ul id={`${id}-notes`} className={classes.notes}>
          {own.map(({ severity, message, line }) => (
            <li key={`${line} ${message}`} data-severity={severity}>
              {severity === 'error' ? <IconCircleX size={15} aria-label="Error" /> : <IconAlertTriangle size={15} aria-label="Warning" />}
              <span>
                {rows > 1 && line !== undefined && (
                  <>
                    <button type="button" className={classes.line} onClick={() => selectLine(input.current, line)}>
                      Line {line}
                    </button>
                    {': '}
                  </>
                )}
                {message}
              </span>
            </li>
          ))}
        </ul>
      )}
      {footer}
    </div>
  );
}

/** Beside the field and scrolled with it: messages name lines. Lines do not wrap there, so that each has one number. */
function LineNumbers({
  field,
  text,
  marked,
}: {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  marked: (number | undefined)[];
}) {
  const column = useRef<HTMLDivElement>(null);
  const lines = text.split('\n').length;
  const numbers = useMemo(() => Array.from({ length: lines }, (_, index) => index + 1).join('\n'), [lines]);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    const follow = () => {
      if (column.current) column.current.scrollTop = element.scrollTop;
    };
    follow();
    element.addEventListener('scroll', follow, { passive: true });
    return () => element.removeEventListener('scroll', follow);
  }, [field]);
  return (
    <div ref={column} className={`needs-script ${classes.lineNumbers}`} aria-hidden translate="no">
      {numbers}
      {[...new Set(marked)].map(
        (line) => line && <span key={line} className={classes.markedLine} style={{ '--line': line - 1 } as CSSProperties} />,
      )}
    </div>
  );
}

/** Brings a line of the field into view and selects it. */
function selectLine(field: HTMLTextAreaElement | null, line: number): void {
  if (!field) return;
  const lines = field.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  field.scrollTop = ((line - 1) / lines.length) * field.scrollHeight - field.clientHeight / 2;
  field.scrollLeft = 0;
}

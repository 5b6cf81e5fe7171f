import { Input, Textarea, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react';
import { type ChangeEvent, type ReactNode, useRef } from 'react';
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
        <Textarea ref={input} {...shared} rows={rows} classNames={code ? { input: classes.code } : {}} resize="vertical" />
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

/** Brings a line of the field into view and selects it. */
function selectLine(field: HTMLTextAreaElement | null, line: number): void {
  if (!field) return;
  const lines = field.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  // Lines may wrap: the share of the text above stands for the share of the height.
  field.scrollTop = (start / Math.max(1, field.value.length)) * field.scrollHeight - field.clientHeight / 2;
}

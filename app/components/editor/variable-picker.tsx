import { Button, Menu, ScrollArea } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { builtInVariables } from '#app/domain/content/built-in-variables.ts';

interface Props {
  variables: string[];
  onPick(variable: string): void;
  /** The field's label, for screen readers. */
  field: string;
}

/** The columns of the contact list, to be put into a template by a click. */
export function VariablePicker({ variables, onPick, field }: Props) {
  return (
    <Menu position="bottom-end" width={220} returnFocus={false}>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          className="needs-script"
          leftSection={<IconBraces size={14} aria-hidden />}
          aria-label={`Insert variable into ${field}`}
        >
          Insert variable
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={280} type="auto">
          {variables.length === 0 && <Menu.Label>Import contacts to use their columns here</Menu.Label>}
          {[...variables, ...builtInVariables].map((variable) => (
            <Menu.Item key={variable} ff="monospace" fz="xs" onClick={() => onPick(variable)}>
              {`{{ ${variable} }}`}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}

import { Button, Text } from '@mantine/core';
import classes from './hidden-pictures.module.css';

interface Props {
  onShow(): void;
}

/** Above a message that has pictures of other servers, until somebody asks for them. */
export function HiddenPictures({ onShow }: Props) {
  return (
    <div className={`needs-script ${classes.bar}`}>
      <Text size="xs" c="dimmed">
        Pictures are hidden: showing them tells their servers that you looked.
      </Text>
      <Button size="compact-xs" variant="default" onClick={onShow}>
        Show pictures
      </Button>
    </div>
  );
}

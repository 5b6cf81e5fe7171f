import { Group, Paper, Skeleton, Stack, VisuallyHidden } from '@mantine/core';

const widths = ['62%', '44%', '71%', '38%', '55%', '48%', '66%', '41%'];

/** Rows of a list that is on its way, in the layout that it will have. */
export function RowsSkeleton({ rows = 6, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <Paper p={0} role="status">
      <VisuallyHidden>{label}</VisuallyHidden>
      {widths.slice(0, rows).map((width) => (
        <Group key={width} px="md" h={60} wrap="nowrap" style={{ borderBottom: '1px solid var(--line)' }}>
          <Stack gap={6} flex={1}>
            <Skeleton h={12} w={width} />
            <Skeleton h={9} w={90} />
          </Stack>
          <Skeleton h={6} w={160} visibleFrom="sm" />
          <Skeleton h={18} w={76} radius="xl" />
        </Group>
      ))}
    </Paper>
  );
}

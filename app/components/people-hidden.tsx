import { IconEyeOff } from '@tabler/icons-react';
import { refusal } from '#app/domain/access/roles.ts';
import { EmptyState } from './empty-state.tsx';
import { useViewer } from './use-viewer.ts';

/** In place of people, for those whose role sees none. `children`: what there is to see instead. */
export function PeopleHidden({ children, size = 'page' }: { children: string; size?: 'page' | 'inset' }) {
  const viewer = useViewer();
  return (
    <EmptyState icon={IconEyeOff} size={size} title="People are not shown to you">
      {refusal(viewer, 'people:read')} {children}
    </EmptyState>
  );
}

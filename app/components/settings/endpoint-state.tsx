import { IconAlertTriangle, IconCircleCheck, IconPlayerPause } from '@tabler/icons-react';
import type { EndpointJson } from '#app/domain/alerts/endpoint.ts';
import { StateMark } from './state-mark.tsx';

export function EndpointState({ endpoint }: { endpoint: EndpointJson }) {
  if (endpoint.disabled_at) {
    return (
      <StateMark tone="gray" icon={IconPlayerPause}>
        Switched off
      </StateMark>
    );
  }
  return endpoint.failing_since ? (
    <StateMark tone="amber" icon={IconAlertTriangle}>
      Failing
    </StateMark>
  ) : (
    <StateMark tone="green" icon={IconCircleCheck}>
      On
    </StateMark>
  );
}

import { useEndpoint } from '../clients/use-endpoint.ts';
import { m } from '../i18n/messages.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Switch } from '../ui/switch.tsx';

export function EndpointSwitch() {
  const { endpoint, turn } = useEndpoint();
  return (
    <>
      <ErrorNote error={turn.error} />
      <Switch
        label={m.clients.turnOn}
        checked={endpoint?.on === true}
        disabled={turn.pending}
        onChange={(on) => void turn.run(on)}
      />
    </>
  );
}

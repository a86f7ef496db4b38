import type { VaultSettings } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { numberSetting, switchSetting, textSetting } from './setting-kinds.tsx';
import type { Setting } from './setting-row.tsx';

/** The way from the endpoint to the providers. */
export function proxySettings(vault: VaultSettings): readonly Setting[] {
  const { proxy } = m.settings;
  const seconds = (title: string, text: string) => ({
    title,
    text,
    unit: m.settings.unitSeconds,
    words: m.settings.seconds,
  });
  return [
    numberSetting(vault, 'proxyConnectSeconds', seconds(proxy.connect, proxy.connectText)),
    numberSetting(vault, 'proxyFirstByteSeconds', seconds(proxy.firstByte, proxy.firstByteText)),
    numberSetting(vault, 'proxyIdleSeconds', seconds(proxy.idle, proxy.idleText)),
    numberSetting(vault, 'proxyMaxBodyMiB', {
      title: proxy.maxBody,
      text: proxy.maxBodyText,
      unit: 'MiB',
      words: (count) => (count === 0 ? proxy.anySize : `${count} MiB`),
    }),
    switchSetting(vault, 'proxyHttp2', proxy.http2, proxy.http2Text),
    textSetting(vault, 'proxyOutbound', proxy.outbound, proxy.outboundText, false),
    textSetting(vault, 'proxyCaCertificates', proxy.certificates, proxy.certificatesText, true),
  ];
}

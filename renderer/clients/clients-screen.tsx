import { Tabs } from '@base-ui/react/tabs';
import { useEffect } from 'react';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { loadClients } from '../state/clients.ts';
import { loadGrants } from '../state/grants.ts';
import { RoutingPanel } from '../routing/routing-panel.tsx';
import { CLIENT_TABS, type ClientTab, navigate, useRoute } from '../state/route.ts';
import tabs from '../ui/tabs.module.css';
import { ClientList } from './client-list.tsx';
import page from '../ui/page-layout.module.css';
import head from '../ui/heading.module.css';
import { ConnectTool } from './connect-tool.tsx';
import { EndpointCard } from './endpoint-card.tsx';
import { GrantsPanel } from './grants-panel.tsx';

/** The endpoint, who uses it, what they may, how a tool is pointed here, and the way of its calls. */
export function ClientsScreen() {
  const { tab } = useRoute();
  const nowMs = useNow(60_000);
  useEffect(() => {
    void loadClients();
    void loadGrants();
  }, []);
  return (
    <div className={page.page}>
      <div>
        <h1>{m.clients.title}</h1>
        <p className={head.lead}>{m.clients.lead}</p>
      </div>
      <Tabs.Root value={tab} onValueChange={(picked: ClientTab) => navigate({ tab: picked }, 'replace')}>
        <Tabs.List className={tabs.list} aria-label={m.clients.title}>
          {CLIENT_TABS.map((one) => (
            <Tabs.Tab key={one} value={one} className={tabs.tab}>
              {m.clients.tabs[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="list" className={tabs.panel}>
          <EndpointCard />
          <ClientList nowMs={nowMs} />
        </Tabs.Panel>
        <Tabs.Panel value="grants" className={tabs.panel}>
          <GrantsPanel nowMs={nowMs} />
        </Tabs.Panel>
        <Tabs.Panel value="connect" className={tabs.panel}>
          <EndpointCard />
          <ConnectTool />
        </Tabs.Panel>
        <Tabs.Panel value="routing" className={tabs.panel}>
          <RoutingPanel />
        </Tabs.Panel>
      </Tabs.Root>
    </div>
  );
}

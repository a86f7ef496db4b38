import { CompareCard } from './compare-card.tsx';
import { ImportCard } from './import-card.tsx';

/** Where figures come from beside the proxy: the provider's own, and what tools and exports noted. */
export function SourcesTab() {
  return (
    <>
      <CompareCard />
      <ImportCard />
    </>
  );
}

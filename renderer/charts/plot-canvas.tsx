import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import styles from './charts.module.css';
import { useThemeVersion } from './colors.ts';
import { Plot, type PlotArea, type PlotModel } from './plot.ts';

interface Props {
  readonly model: PlotModel;
  /** CSS pixels, at least; where there is more room it is taken. */
  readonly height: number;
  /** Called whenever the plotting area came to lie elsewhere. */
  readonly onArea: (area: PlotArea) => void;
}

/** The picture of a chart. Readers do not see it: what it says stands in the summary, the cursor and the table. */
export function PlotCanvas({ model, height: least, onArea }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [{ width, height }, setSize] = useState({ width: 0, height: least });
  const theme = useThemeVersion();
  useLayoutEffect(() => {
    const place = host.current;
    if (place === null) return undefined;
    const measure = (): void => {
      const [wide, high] = [place.clientWidth, place.clientHeight];
      setSize((now) => (now.width === wide && now.height === high ? now : { width: wide, height: high }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(place);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const place = host.current;
    if (place === null || width === 0) return;
    if (plot.current === null) plot.current = new Plot(place, model, width, height);
    else {
      plot.current.show(model);
      plot.current.resize(width, height);
    }
  }, [model, width, height]);
  useLayoutEffect(() => {
    plot.current?.recolor();
  }, [theme]);
  useEffect(() => {
    // uPlot lays itself out in a microtask; after it the area is known.
    const frame = requestAnimationFrame(() => {
      if (plot.current !== null) onArea(plot.current.area());
    });
    return () => cancelAnimationFrame(frame);
  }, [model, width, height, onArea]);
  useEffect(
    () => () => {
      plot.current?.destroy();
      plot.current = null;
    },
    [],
  );
  return <div ref={host} aria-hidden className={styles.canvas} style={{ minBlockSize: `${least}px` }} />;
}

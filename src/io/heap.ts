import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves of the young generation together, in bytes: above this, scavenging cost no less, and memory more. */
const enough = 8 * 1024 * 1024;

/**
 * Keeps the young generation of V8's heap from growing further once it is large enough, for processes that live long:
 * after a flood it held 67 MB a process, of which a few were in use, and stayed so. A V8 that no longer knows the flag
 * says so on standard error, and goes on.
 */
export function stayLean(): void {
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (!young || young.space_size < enough) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}

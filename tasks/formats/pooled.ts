/** Returns what `action` makes of each item, a few at a time; the first that fails stops what has not begun yet. */
export async function pooled<T, U>(
  limit: number,
  items: readonly T[],
  action: (item: T) => Promise<U>,
): Promise<U[]> {
  const results: U[] = [];
  let next = 0, failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      const i = next++;
      try {
        results[i] = await action(items[i]);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}

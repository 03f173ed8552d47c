/** Hears from the network when the issuer learned something about a rider. */
export function watchNews(origin: string, riderId: string, onNews: () => void): () => void {
  const source = new EventSource(new URL(`/api/events/rider/${riderId}`, origin))
  source.addEventListener('changed', onNews)
  return () => source.close()
}

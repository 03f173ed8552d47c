/** Enough for a whole code; more only costs time (reference ridecode 5.4). */
const WIDTH = 640
const HEIGHT = 480
const FALLBACK_FRAME_MS = 33

/** Which camera looks at the rider's phone. */
export type Facing = 'user' | 'environment'

/** Starts a camera; ends the one that the video showed before. */
export async function startCamera(video: HTMLVideoElement, facing: Facing): Promise<void> {
  stopCamera(video)
  video.srcObject = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, facingMode: facing },
  })
  await video.play()
}

/** Ends the camera of a video. */
export function stopCamera(video: HTMLVideoElement): void {
  const { srcObject } = video
  if (srcObject instanceof MediaStream) for (const track of srcObject.getTracks()) track.stop()
  video.srcObject = null
}

/** Resolves when the video shows a new frame, with its time in milliseconds of the epoch. */
export function nextFrame(video: HTMLVideoElement): Promise<number> {
  return new Promise((resolve) => {
    const seen = () => resolve(performance.timeOrigin + performance.now())
    // A page in the background gets no frames; it must not wait for ever.
    const fallback = setTimeout(seen, 10 * FALLBACK_FRAME_MS)
    if ('requestVideoFrameCallback' in video) {
      video.requestVideoFrameCallback(() => {
        clearTimeout(fallback)
        seen()
      })
    } else {
      clearTimeout(fallback)
      setTimeout(seen, FALLBACK_FRAME_MS)
    }
  })
}

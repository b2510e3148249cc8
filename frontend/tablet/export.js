// A file that only the office can open (docs/sync.md, "Sealed export"), for a tablet that cannot get on-line.

import { base64, sealForOffice } from "./seal.js";
import { allItems, blobBytes, facts, session, token } from "./store.js";

/** Everything that has not been settled, sealed. @returns {Promise<File>} */
export async function exportFile() {
  const events = allItems().map(({ event }) => event);
  /** @type {Record<string, string>} */
  const blobs = {};
  for (const sha of new Set(events.flatMap((event) => event.blobs))) {
    const bytes = await blobBytes(sha);
    if (bytes) blobs[sha] = base64(bytes);
  }
  const made_at = new Date().toISOString();
  const content = JSON.stringify({ token: token(), made_at, skew: facts().skew, events, blobs });
  const sealed = await sealForOffice(session().office_key, new TextEncoder().encode(content), "ruhu export v1");
  return new File([JSON.stringify({ ruhu: "export", v: 1, ...sealed })], `ruhu-${made_at.slice(0, 16).replace(/[-:T]/g, "")}.json`, { type: "application/json" });
}

/** Hand the file over: to another application where the tablet can share files, else to the downloads. @param {File} file */
export async function handOut(file) {
  if (navigator.canShare?.({ files: [file] })) {
    try {
      return await navigator.share({ files: [file] });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
    }
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

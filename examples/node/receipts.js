// Marks a KirimChat message read: tries again where that helps, waits longer each time, gives up.

const ATTEMPTS = 4;

export async function markRead(messageId, settings, { patience = 2000, wait = 20 } = {}) {
  const url = `${settings.baseUrl}/v1/${settings.phoneNumberId}/messages`;
  const body = JSON.stringify({ messaging_product: "whatsapp", status: "read", message_id: messageId });
  const headers = { Authorization: `Bearer ${settings.apiKey}`, "Content-Type": "application/json" };
  let reason;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const signal = AbortSignal.timeout(patience);
      const answer = await fetch(url, { method: "POST", headers, body, signal });
      const text = await answer.text();
      reason = `${answer.status} ${text}`;
      if (answer.ok && JSON.parse(text).data.status === "read") return attempt;
      if (answer.status < 500 && answer.status !== 429) break;
    } catch (error) {
      reason = String(error.cause ?? error); // no answer, a broken one, or one that is no JSON
    }
    await new Promise((resolve) => setTimeout(resolve, wait * 2 ** (attempt - 1)));
  }
  throw new Error(`gave up: ${reason}`);
}

// Marks a message of Kaleyra read, with the module https of Node.

import https from "node:https";

const body = JSON.stringify({
  messaging_object: {
    messaging_product: "whatsapp",
    status: "read",
    message_id: "AXXXXXXXXXXXXXXXXXXX",
  },
});
const request = https.request(
  "https://api.kaleyra.io/v2/HXIN1690413850IN/whatsapp/+919606012124/messages",
  {
    method: "POST",
    headers: {
      "api-key": "A3b8497f58a94e84b671aca43d06c1e27",
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
    },
    signal: AbortSignal.timeout(1000 * process.argv[2]),
  },
  async (answer) => {
    let text = "";
    for await (const part of answer.setEncoding("utf8")) text += part;
    console.log(answer.statusCode, text);
  },
);
request.on("error", (error) => {
  throw error;
});
request.end(body);

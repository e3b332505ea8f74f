// Marks a message of KirimChat read, with the fetch of Node.

const answer = await fetch("https://api.kirimdev.com/v1/106540352242922/messages", {
  method: "POST",
  headers: {
    "Authorization": "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ",
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    messaging_product: "whatsapp",
    status: "read",
    message_id: "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA",
  }),
  signal: AbortSignal.timeout(1000 * process.argv[2]),
});
console.log(answer.status, await answer.text());

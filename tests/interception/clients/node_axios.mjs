// Marks a message of KirimChat read, with axios.

import axios from "axios";

const answer = await axios.post(
  "https://api-prod.kirim.chat/v1/106540352242922/messages",
  {
    messaging_product: "whatsapp",
    status: "read",
    message_id: "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA",
  },
  {
    headers: { Authorization: "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ" },
    timeout: 1000 * process.argv[2],
    responseType: "text",
  },
);
console.log(answer.status, answer.data);

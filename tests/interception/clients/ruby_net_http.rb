# Marks a message of KirimChat read, with Net::HTTP.

require "json"
require "net/http"

uri = URI("https://api.kirim.chat/v1/106540352242922/messages")
http = Net::HTTP.new(uri.host, uri.port)
http.use_ssl = true
http.open_timeout = http.read_timeout = Float(ARGV[0])
http.max_retries = 0
answer = http.post(
  uri.path,
  JSON.generate(
    messaging_product: "whatsapp",
    status: "read",
    message_id: "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA"
  ),
  "Authorization" => "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ",
  "Content-Type" => "application/json"
)
puts "#{answer.code} #{answer.body}"

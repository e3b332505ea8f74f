// Marks a message of Kaleyra read, with net/http.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

const body = `{"messaging_object": {"messaging_product": "whatsapp", "status": "read", "message_id": "AXXXXXXXXXXXXXXXXXXX"}}`

func main() {
	patience, err := time.ParseDuration(os.Args[1] + "s")
	if err != nil {
		log.Fatal(err)
	}
	url := "https://api.na.kaleyra.ai/v2/HXIN1690413850IN/whatsapp/+919606012124/messages"
	request, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("api-key", "A3b8497f58a94e84b671aca43d06c1e27")
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: patience}
	answer, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.StatusCode, string(text))
}

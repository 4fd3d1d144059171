"""What the demo and the large installation share, and what only the latter needs: proxy and container check."""

SOCKET_OPTIONS = ("--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--ws-max-size", "65536")
"""uvicorn's, for the live board. Rows are small and go to many: compressing each would cost more than sending it."""

print("refineryd")

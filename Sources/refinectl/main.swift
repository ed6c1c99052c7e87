print("refinectl")
